/** The whole mesh as immutable values, and what one proxy may see of it. */
@NullMarked
package dev.lateen.istiod.model;

import org.jspecify.annotations.NullMarked;
