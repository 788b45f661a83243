package dev.lateen.proxy.model;

/**
 * A part of a resource that this proxy can't build, and what becomes of it, for people: the log, {@code /config_dump} and proxy-status.
 *
 * @param effect what it means for traffic
 * @param resource whose part it is, such as {@code listener virtualInbound}
 * @param path where it stands, such as {@code filter_chains[0].filters[1]}
 * @param what its name or type, such as {@code envoy.filters.http.jwt_authn} or the name of a policy
 * @param reason why, and what would be accepted
 */
public record ConfigGap(Effect effect, String resource, String path, String what, String reason) {
    /** What a gap does. */
    public enum Effect {
        /** It decides on access, so whatever it was to decide on is refused. */
        DENIES,
        /** It is as if it were not configured. */
        LEFT_OUT
    }

    /** The same as a part of this resource. */
    public ConfigGap of(String resource) {
        return new ConfigGap(effect, resource, path, what, reason);
    }

    /** Such as {@code listener l: filter_chains[0].filters[1]: envoy.filters.network.wasm denies: this proxy can't build it}. */
    @Override
    public String toString() {
        return resource + ": " + path + ": " + what + (effect == Effect.DENIES ? " denies: " : " is left out: ")
                + reason;
    }
}
