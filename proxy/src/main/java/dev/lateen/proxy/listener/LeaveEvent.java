package dev.lateen.proxy.listener;

/** User event of a connection whose client is to go elsewhere, as its proxy will end before long: the answer to the next request is the last. Nothing is closed by it. */
public enum LeaveEvent {
    INSTANCE
}
