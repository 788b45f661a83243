/** Templates that users write: the part of Go's text templates that injection templates are made of; what is not understood is refused by name. */
@NullMarked
package dev.lateen.injector.text;

import org.jspecify.annotations.NullMarked;
