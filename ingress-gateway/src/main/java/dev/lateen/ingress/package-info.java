/** The ingress-gateway module. */
@NullMarked
package dev.lateen.ingress;

import org.jspecify.annotations.NullMarked;
