/** Envoy's protobuf messages without generated classes: the table of their fields, a tree that remembers which fields were read, and its forms on the wire and in JSON. */
@NullMarked
package dev.lateen.proxy.xds.proto;

import org.jspecify.annotations.NullMarked;
