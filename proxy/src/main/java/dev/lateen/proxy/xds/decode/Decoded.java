package dev.lateen.proxy.xds.decode;

import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.ConfigGap;
import dev.lateen.proxy.model.Listener;
import dev.lateen.proxy.model.LoadAssignment;
import dev.lateen.proxy.model.NameTable;
import dev.lateen.proxy.model.RouteTable;
import dev.lateen.proxy.model.Secret;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What became of one resource: a value with what it refers to, or a rejection. */
public sealed interface Decoded {
    /** The resource's name; empty when it could not even be read. */
    String name();

    /**
     * A resource that can be used.
     *
     * @param secrets the secrets it names
     * @param routeTables the RDS names it uses
     * @param unsupported paths of fields that are set and that this proxy does not follow
     * @param gaps what could not be built: it denies, or is left out
     * @param patience how long it waits for what it refers to before it comes into force without; zero for ever
     * @param received what came over the wire; null for a resource of the bootstrap
     */
    record Accepted(
            String name,
            Resource resource,
            Set<SecretReference> secrets,
            Set<String> routeTables,
            List<String> unsupported,
            List<ConfigGap> gaps,
            Duration patience,
            @Nullable Received received)
            implements Decoded {
        public Accepted {
            secrets = Set.copyOf(secrets);
            routeTables = Set.copyOf(routeTables);
            unsupported = List.copyOf(unsupported);
            gaps = List.copyOf(gaps);
        }

        /** The same resource as it came over the wire. */
        public Accepted from(Received wire) {
            return new Accepted(name, resource, secrets, routeTables, unsupported, gaps, patience, wire);
        }
    }

    /** A resource that can't be used. @param reason such as {@code listener x: filter_chains[0].filters: without a terminal filter (accepted: ...)} */
    record Rejected(String name, String reason) implements Decoded {}

    /** The value of a resource. */
    sealed interface Resource {
        record OfListener(Listener listener) implements Resource {}

        record OfRoutes(RouteTable table) implements Resource {}

        record OfCluster(Cluster cluster) implements Resource {}

        record OfEndpoints(LoadAssignment assignment) implements Resource {}

        record OfSecret(Secret secret) implements Resource {}

        record OfNames(NameTable table) implements Resource {}
    }
}
