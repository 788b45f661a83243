/** Istio's networking.istio.io kinds, one record a message. */
@NullMarked
package dev.lateen.api.networking;

import org.jspecify.annotations.NullMarked;
