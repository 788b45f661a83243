package dev.lateen.proxy.telemetry;

import dev.lateen.proxy.expression.Attributes;
import dev.lateen.proxy.message.TcpSession;
import org.jspecify.annotations.Nullable;

/** Envoy's attributes of a TCP session. */
record SessionAttributes(TcpSession session) implements Attributes {
    @Override
    public @Nullable Object get(String root, String field) {
        return switch (root) {
            case "upstream" -> ConnectionAttributes.upstream(session, field);
            case "response" -> field.equals("flags") ? (Object) (long) session.responseFlags() : null;
            case "xds" ->
                switch (field) {
                    case "cluster_name" ->
                        session.cluster() == null ? null : session.cluster().name();
                    case "listener_direction" -> session.connection().inbound() ? 1L : 2L;
                    default -> null;
                };
            default ->
                ConnectionAttributes.get(
                        session.connection(), session.connection().remoteAddress(), root, field);
        };
    }
}
