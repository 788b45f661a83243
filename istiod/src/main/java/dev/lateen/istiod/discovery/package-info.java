/** The xDS server: streams, subscriptions, what each proxy was sent and what it made of it. */
@NullMarked
package dev.lateen.istiod.discovery;

import org.jspecify.annotations.NullMarked;
