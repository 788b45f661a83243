/** Istio's extensions.istio.io kinds, one record a message. */
@NullMarked
package dev.lateen.api.extensions;

import org.jspecify.annotations.NullMarked;
