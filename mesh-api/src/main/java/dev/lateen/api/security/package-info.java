/** Istio's security.istio.io kinds, one record a message. */
@NullMarked
package dev.lateen.api.security;

import org.jspecify.annotations.NullMarked;
