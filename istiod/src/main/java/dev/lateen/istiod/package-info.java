/** The istiod module. */
@NullMarked
package dev.lateen.istiod;

import org.jspecify.annotations.NullMarked;
