/** Speaks xDS: asks a control plane for resources, decodes each to a value of the model or a rejection, and assembles snapshots. */
@NullMarked
package dev.lateen.proxy.xds;

import org.jspecify.annotations.NullMarked;
