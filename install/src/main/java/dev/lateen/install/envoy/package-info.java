/** Envoy's own command line in front of our proxy, so that whoever starts Envoy can start it. */
@NullMarked
package dev.lateen.install.envoy;

import org.jspecify.annotations.NullMarked;
