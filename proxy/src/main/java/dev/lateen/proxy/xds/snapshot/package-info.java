/** Assembles what control planes, files and the bootstrap brought to snapshots, and finds out what became of each resource. */
@NullMarked
package dev.lateen.proxy.xds.snapshot;

import org.jspecify.annotations.NullMarked;
