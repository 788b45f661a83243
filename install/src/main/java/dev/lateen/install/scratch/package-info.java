/** Directories that a command makes for itself, and takes away again. */
@NullMarked
package dev.lateen.install.scratch;

import org.jspecify.annotations.NullMarked;
