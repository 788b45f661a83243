/** The install module. */
@NullMarked
package dev.lateen.install;

import org.jspecify.annotations.NullMarked;
