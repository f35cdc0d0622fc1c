package shop

import (
	"fmt"
	"net/http"
)

// apiError is a refusal as it goes over the wire. Status is the HTTP status; business errors are answered with 200.
type apiError struct {
	Status  int
	Code    int64
	Message string
}

func (e *apiError) Error() string { return fmt.Sprintf("%d %s", e.Code, e.Message) }

// Documented codes. The HTTP statuses of 401, 400, 404 and 429 were observed on the platform; 405 for a wrong method
// and 401 for an expired token follow from their meaning.
var (
	errRateLimit     = &apiError{http.StatusTooManyRequests, 36009002, "Too many requests. You've made too many requests in a short period of time."}
	errInvalidPath   = &apiError{http.StatusNotFound, 36009009, "Invalid path. The specified path does not match any available endpoint."}
	errInvalidMethod = &apiError{http.StatusMethodNotAllowed, 36009010, "Invalid method. The HTTP method used is not supported by this endpoint."}
	errVersion       = &apiError{http.StatusNotFound, 36009014, "Invalid API version. The requested version of this endpoint is not available."}
	errTooLarge      = &apiError{http.StatusBadRequest, 36009021, "Invalid body. The request body is too large."}
	errNotJSON       = &apiError{http.StatusBadRequest, 36009022, "Invalid body. The request body must be JSON with `Content-Type: application/json`."}

	errNotMultipart = &apiError{http.StatusBadRequest, 36009023, "Invalid body. The request body must be `multipart/form-data`."}

	errNoSign     = &apiError{http.StatusBadRequest, 36009004, "Missing credentials. The request does not include a required signature in the query."}
	errBadToken   = &apiError{http.StatusBadRequest, 36009004, "Invalid credentials. The `x-tts-access-token` header is invalid."}
	errBadAppKey  = &apiError{http.StatusBadRequest, 36009004, "Invalid credentials. Invalid `app_key` query parameter."}
	errTooEarly   = &apiError{http.StatusBadRequest, 36009004, "Invalid timestamp. The value of the `timestamp` query parameter must not be earlier than 5 minutes before the current time."}
	errTooLate    = &apiError{http.StatusBadRequest, 36009004, "Invalid timestamp. The value of the `timestamp` query parameter must not exceed the current time by more than 30 seconds."}
	errTimestamp  = &apiError{http.StatusBadRequest, 36009004, "Invalid timestamp. The `timestamp` query parameter must be 10-digit Unix seconds."}
	errUnexpected = &apiError{http.StatusBadRequest, 36009004, "Unexpected identifier. The `shop_cipher` query parameter is not required for this request."}

	errTokenOfOther = &apiError{http.StatusUnauthorized, 101000, "Invalid credentials. The access token does not match the `shop_cipher` query parameter."}
	errTokenExpired = &apiError{http.StatusUnauthorized, 105002, "Expired credentials. The `access_token` or `x-tts-access-token` header has expired."}
	errScope        = &apiError{http.StatusUnauthorized, 105005, "Access denied. The app has not been granted the scope of this endpoint."}
	errBadSign      = &apiError{http.StatusUnauthorized, 106001, "Invalid credentials. The `sign` query parameter is invalid."}
	errNoCipher     = &apiError{http.StatusBadRequest, 106013, "Missing identifier. The `shop_cipher` query parameter is required to identify the target shop."}
	errRTExpired    = &apiError{http.StatusOK, 36004001, "rt has expired"}
	errNoAuth       = &apiError{http.StatusOK, 36004005, "can not find related auth record"}

	errAfterSale    = &apiError{http.StatusOK, 21011007, "Package item has after-sale request"}
	errOnHold       = &apiError{http.StatusOK, 21011044, "Order status is on hold. Please process when order status update to awaiting shipment"}
	errTrackingRule = &apiError{http.StatusOK, 21011049, "Because of the platform rules limitations, updating the tracking number failed."}
	errRegion       = &apiError{http.StatusOK, 21008106, "This API is not available in this region or business type."}
	errNotSellers   = &apiError{http.StatusOK, 21008025, "This order is fulfilled by the platform and cannot be shipped by the seller."}
	errSplit        = &apiError{http.StatusOK, 21003002, "Splitting the order failed. See the order's split attributes."}
	errMustSplit    = &apiError{http.StatusOK, 21004024, "Shipping the package failed. The order must be split first."}
	errSlotTime     = &apiError{http.StatusOK, 11021035, "The pickup slot is outside the collection time."}
	errStock        = &apiError{http.StatusOK, 12052990, "Updating the inventory of the SKU failed."}
	errBatchPackage = &apiError{http.StatusOK, 10007014, "invalid package id"}
	errCancelReason = &apiError{http.StatusOK, 25001021, "The cancel reason is not allowed in the current order status."}
	errInternal     = &apiError{http.StatusInternalServerError, 36009003, "Internal error. Please try again later."}
)

// Artificial codes: the documents name no code for these refusals. Every message says so. This is the only table of
// them; a number that was given once is not given to another refusal (17 was "not emulated").
const (
	codeAlreadyShipped  = 21999001 // a second shipment of the same package or units
	codeOrderCancelled  = 21999002 // the order or a unit of it is cancelled
	codeBadTracking     = 21999003 // no carrier's number, or another carrier's
	codeTrackingInUse   = 21999004 // another recipient's parcel, or 20 orders already, have the number
	codePackageNotFound = 21999005 // no such package, or its id was replaced
	codeNotShippable    = 21999006 // the status does not allow it (unpaid, unknown, too early)
	codeWrongCall       = 21999007 // this call does not fit the order's shipping type
	codeLines           = 21999008 // line items missing, unknown, repeated or not of this order
	codeProvider        = 21999009 // carrier or shipping service not offered for this order
	codeUnknownField    = 21999010 // a field of the body that the specification does not have
	codeWrongType       = 21999011 // a field of another type than specified
	codeMissing         = 21999012 // a required field or parameter is missing, or its value is not allowed
	codeHeader          = 21999013 // a required header is missing
	codeUnknownQuery    = 21999014 // a query parameter that the specification does not have, or a repeated one
	codePageToken       = 21999015 // page_token of another search
	codeSlot            = 21999016 // pickup slot not offered, outside of Indonesia
	codeNoDocument      = 21999018 // no such document now: before shipping, after collection, without dangerous goods
	codeOrderNotFound   = 21999019 // no such order
	codeBadSecret       = 21999020 // app_secret of the token calls
	codeCancelState     = 21999021 // no such cancellation, or it is decided
	codeNotShipped      = 21999022 // a correction or a delivery before shipping
	codeCombine         = 21999023 // orders or packages that cannot be combined or taken apart
	codeUpload          = 21999024 // an upload of another kind or size, or one that never happened
	codeReturnState     = 21999025 // no such return, or the decision does not fit its status
	codeInvoice         = 21999026 // an invoice that cannot be taken, or that is not accepted yet
)

const sandboxCode = " (sandbox code: the platform documents none for this)"

func artificial(code int64, format string, args ...any) *apiError {
	return &apiError{http.StatusOK, code, fmt.Sprintf(format, args...) + sandboxCode}
}
