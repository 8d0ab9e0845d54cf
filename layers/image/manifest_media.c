/* SPDX-License-Identifier: Apache-2.0 */
/* OCI's names for layers. */
#include "layers/image/manifest_media.h"

enum mediatype manifest_media_own(const char *name)
{
	switch (mediatype_compression(mediatype_from_name(name))) {
	case LAYER_COMPRESSION_GZIP:
		return MEDIATYPE_OCI_LAYER_GZIP;
	case LAYER_COMPRESSION_ZSTD:
		return MEDIATYPE_OCI_LAYER_ZSTD;
	case LAYER_COMPRESSION_UNSET:
	case LAYER_COMPRESSION_NONE:
		break;
	}
	return MEDIATYPE_OCI_LAYER;
}
