/** Whole-mesh stories, real peers and the rules that hold for the whole house. */
@NullMarked
package dev.lateen.it;

import org.jspecify.annotations.NullMarked;
