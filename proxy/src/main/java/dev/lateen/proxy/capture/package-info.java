/** The rules of netfilter that lead a pod's traffic through its proxy, in Istio's shape: settings in, the text for {@code iptables-restore} out. Pure. */
@NullMarked
package dev.lateen.proxy.capture;

import org.jspecify.annotations.NullMarked;
