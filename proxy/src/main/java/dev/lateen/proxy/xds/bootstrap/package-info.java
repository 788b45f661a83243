/** Reads an Envoy bootstrap: who asks, which control planes there are, and the resources that come with it. */
@NullMarked
package dev.lateen.proxy.xds.bootstrap;

import org.jspecify.annotations.NullMarked;
