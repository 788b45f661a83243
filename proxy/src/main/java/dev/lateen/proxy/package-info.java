/** The proxy module. */
@NullMarked
package dev.lateen.proxy;

import org.jspecify.annotations.NullMarked;
