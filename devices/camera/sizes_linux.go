package camera

import "image"

// Sizes are the picture sizes that a camera of this computer offers, in dots, the smallest first; none where it cannot be asked. Who
// else uses the camera is not disturbed. device is as in V4L2Config.
func Sizes(device string) []image.Point {
	cam, _, err := (&V4L2{cfg: V4L2Config{Device: device}}).open()
	if err != nil {
		return nil
	}
	defer cam.Close()
	formats := cam.GetSupportedFormats()
	for _, f := range wanted {
		if _, ok := formats[f]; ok {
			return offer(sizesOf(cam, f))
		}
	}
	return nil
}
