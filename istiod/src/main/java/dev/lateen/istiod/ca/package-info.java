/** The certificate authority: checks who asks, signs what they may have. */
@NullMarked
package dev.lateen.istiod.ca;

import org.jspecify.annotations.NullMarked;
