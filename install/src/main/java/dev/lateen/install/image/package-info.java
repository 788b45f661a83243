/** Makes the one container image that every role runs from. */
@NullMarked
package dev.lateen.install.image;

import org.jspecify.annotations.NullMarked;
