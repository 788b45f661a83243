/** Answers the DNS questions of the pod's application from the control plane's name table, and passes on those of other names. */
@NullMarked
package dev.lateen.proxy.dns;

import org.jspecify.annotations.NullMarked;
