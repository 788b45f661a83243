package dev.lateen.proxy.listener;

/**
 * User event of a connection whose listener or chain was removed, or whose proxy ends: finish what is under way and take no more. The connection is
 * closed for good when the drain time is over. May come more than once.
 */
public enum DrainEvent {
    INSTANCE
}
