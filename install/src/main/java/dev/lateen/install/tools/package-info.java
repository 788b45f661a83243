/** The tools that ask a running mesh, and the ones that need none: proxy-status, proxy-config, kube-inject. */
@NullMarked
package dev.lateen.install.tools;

import org.jspecify.annotations.NullMarked;
