package dev.lateen.istiod;

import dev.lateen.istiod.config.ConfigSource;
import dev.lateen.istiod.config.DirectorySource;
import dev.lateen.istiod.config.WatchTiming;
import dev.lateen.istiod.kubernetes.connection.ClusterBootstrap;
import dev.lateen.istiod.listen.ListenAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How an istiod starts.
 *
 * @param followed where everything is said that this istiod follows
 * @param state where the root key and the token key are kept ({@code --state})
 * @param authority a directory with a given authority in the files of Istio's secret {@code cacerts} ({@code --cacerts}); null for one of our own in {@code state}
 * @param grpc plaintext discovery ({@code --grpcAddr}, 15010)
 * @param secureGrpc discovery and certificates over TLS ({@code --secureGRPCAddr}, 15012)
 * @param monitoring metrics, readiness and debug pages ({@code --monitoringAddr}, 15014)
 * @param http the same pages once more ({@code --httpAddr}, 8080); null for not at all
 * @param certificates how long they are good
 * @param maxStreamAge after which a discovery stream is ended; zero for never
 */
public record IstiodBootstrap(
        Followed followed,
        Path state,
        @Nullable Path authority,
        ListenAddress grpc,
        ListenAddress secureGrpc,
        ListenAddress monitoring,
        @Nullable ListenAddress http,
        CertificateLives certificates,
        Duration maxStreamAge) {

    /**
     * Where everything is said that an istiod follows.
     *
     * @param config files and directories with resources ({@code --config})
     * @param meshConfig a file with mesh config ({@code --meshConfig}); null for the cluster's, or the defaults
     * @param cluster a cluster whose objects are followed; null for none
     */
    public record Followed(
            List<Path> config,
            @Nullable Path meshConfig,
            @Nullable ClusterBootstrap cluster) {
        /** Copies the list. */
        public Followed {
            config = List.copyOf(config);
        }
    }

    /**
     * How long certificates are good.
     *
     * @param usual of those whose request names none (Istio: {@code DEFAULT_WORKLOAD_CERT_TTL}, 24 h)
     * @param longest what longer wishes are cut to (Istio: {@code MAX_WORKLOAD_CERT_TTL}, 90 d)
     */
    public record CertificateLives(Duration usual, Duration longest) {
        /** Istio's. */
        public static final CertificateLives DEFAULT = new CertificateLives(Duration.ofHours(24), Duration.ofDays(90));
    }

    /**
     * Where everything comes from that this istiod follows, in one place: its files, which give way to the cluster, which gives way to whatever else there is.
     *
     * @param cluster the cluster's objects; null if there is none
     * @param beside sources that the caller has
     */
    List<ConfigSource> sources(@Nullable ConfigSource cluster, List<ConfigSource> beside) {
        List<ConfigSource> all = new ArrayList<>();
        if (cluster == null || !followed.config.isEmpty() || followed.meshConfig != null) {
            all.add(DirectorySource.open(followed.config, followed.meshConfig, WatchTiming.USUAL, System::nanoTime));
        }
        if (cluster != null) {
            all.add(cluster);
        }
        all.addAll(beside);
        return all;
    }

    /** Istio's ports on the loopback address, and its certificate lives. */
    public static IstiodBootstrap onLoopback(List<Path> config, Path state) {
        return new IstiodBootstrap(
                new Followed(config, null, null),
                state,
                null,
                ListenAddress.parse("--grpcAddr", "127.0.0.1:15010"),
                ListenAddress.parse("--secureGRPCAddr", "127.0.0.1:15012"),
                ListenAddress.parse("--monitoringAddr", "127.0.0.1:15014"),
                null,
                CertificateLives.DEFAULT,
                Duration.ZERO);
    }

    /** The same on other addresses, in the order of Istio's flags. */
    public IstiodBootstrap withAddresses(
            ListenAddress grpcAddress,
            ListenAddress secureAddress,
            @Nullable ListenAddress httpAddress,
            ListenAddress monitoringAddress) {
        return new IstiodBootstrap(
                followed,
                state,
                authority,
                grpcAddress,
                secureAddress,
                monitoringAddress,
                httpAddress,
                certificates,
                maxStreamAge);
    }

    /** The same with a file of mesh config. */
    public IstiodBootstrap withMeshConfig(@Nullable Path file) {
        return following(new Followed(followed.config, file, followed.cluster));
    }

    /** The same with a cluster whose objects are followed, or none. */
    public IstiodBootstrap withCluster(@Nullable ClusterBootstrap cluster) {
        return following(new Followed(followed.config, followed.meshConfig, cluster));
    }

    private IstiodBootstrap following(Followed other) {
        return new IstiodBootstrap(
                other, state, authority, grpc, secureGrpc, monitoring, http, certificates, maxStreamAge);
    }

    /** The same with a given authority, or one of its own. */
    public IstiodBootstrap withAuthority(@Nullable Path directory) {
        return new IstiodBootstrap(
                followed, state, directory, grpc, secureGrpc, monitoring, http, certificates, maxStreamAge);
    }
}
