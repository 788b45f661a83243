/** The tools that ask a running mesh, of this machine or a cluster, and the ones that need none: proxy-status, proxy-config, version, kube-inject. */
@NullMarked
package dev.lateen.install.tools;

import org.jspecify.annotations.NullMarked;
