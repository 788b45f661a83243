/** The proxy's configuration as small immutable values, in xDS words; no protobuf, no run-time state. */
@NullMarked
package dev.lateen.proxy.model;

import org.jspecify.annotations.NullMarked;
