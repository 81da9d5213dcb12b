"""The detectors, one file each; they are found through the entry point `jupyter_realtime.detectors`."""
