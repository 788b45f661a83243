package dev.lateen.proxy.listener;

/** User event in a connection's pipeline: another configuration is in force. */
public final class ConfigEvent {
    public static final ConfigEvent INSTANCE = new ConfigEvent();

    private ConfigEvent() {}
}
