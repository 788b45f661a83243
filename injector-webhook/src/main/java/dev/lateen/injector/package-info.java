/** The injector-webhook module. */
@NullMarked
package dev.lateen.injector;

import org.jspecify.annotations.NullMarked;
