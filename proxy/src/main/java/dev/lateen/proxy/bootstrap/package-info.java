/** Reads an Envoy bootstrap file. */
@NullMarked
package dev.lateen.proxy.bootstrap;

import org.jspecify.annotations.NullMarked;
