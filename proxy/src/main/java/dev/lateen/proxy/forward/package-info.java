/** How a request goes upstream: what it asks for, where a host's connections get their transport socket from; pure decisions. */
@NullMarked
package dev.lateen.proxy.forward;

import org.jspecify.annotations.NullMarked;
