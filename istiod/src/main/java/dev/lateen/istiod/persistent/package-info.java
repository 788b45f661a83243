/** A map that shares its parts with the map it was made from, so that a change costs what it touches and two ages can be compared without a look at the rest. */
@NullMarked
package dev.lateen.istiod.persistent;

import org.jspecify.annotations.NullMarked;
