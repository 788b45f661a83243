/** What a process tells of itself beside its roles' own metrics: event loops, worker pools, servers and clients of Vert.x, and the JVM. */
@NullMarked
package dev.lateen.install.platform;

import org.jspecify.annotations.NullMarked;
