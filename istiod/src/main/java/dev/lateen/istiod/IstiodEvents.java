package dev.lateen.istiod;

import dev.lateen.istiod.config.ConfigEvents;
import dev.lateen.istiod.discovery.DiscoveryEvents;

/** Learns what happens to config and proxies; called from many threads; must not block. */
public interface IstiodEvents extends ConfigEvents, DiscoveryEvents {
    /** Nobody listens. */
    IstiodEvents NONE = new IstiodEvents() {};
}
