/** Allowed or denied, faulted or not: pure decisions over compiled policies, which can also tell why. */
@NullMarked
package dev.lateen.proxy.policy;

import org.jspecify.annotations.NullMarked;
