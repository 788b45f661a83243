/** How a command fails: what is told to its user, and with which exit code. */
@NullMarked
package dev.lateen.install.failure;

import org.jspecify.annotations.NullMarked;
