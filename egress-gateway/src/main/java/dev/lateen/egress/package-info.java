/** The egress-gateway module. */
@NullMarked
package dev.lateen.egress;

import org.jspecify.annotations.NullMarked;
