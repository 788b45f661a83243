package dev.lateen.istiod.translate.tls;

import dev.lateen.api.xds.SecretName;
import dev.lateen.api.xds.WellKnown;
import dev.lateen.istiod.translate.resource.Protos;
import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.ApiConfigSource;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.GrpcService;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;

/** Where a proxy asks for more: the ADS stream, or for its own secrets the agent beside it. */
public final class XdsSources {
    /** ADS; without a time limit, so that a proxy never goes ahead without what it asked for. */
    public static final ConfigSource ADS = ConfigSource.newBuilder()
            .setAds(AggregatedConfigSource.getDefaultInstance())
            .setInitialFetchTimeout(Protos.ZERO)
            .setResourceApiVersion(ApiVersion.V3)
            .build();

    private static final ConfigSource CREDENTIALS =
            ADS.toBuilder().clearInitialFetchTimeout().build();
    private static final ConfigSource AGENT = agent(true);
    static final SdsSecretConfig OWN_CERTIFICATE = secret(WellKnown.DEFAULT_SECRET, AGENT);
    static final SdsSecretConfig ROOT_CA = secret(WellKnown.ROOT_CA_SECRET, AGENT);

    private XdsSources() {}

    private static ConfigSource agent(boolean waits) {
        ConfigSource.Builder source = ConfigSource.newBuilder()
                .setApiConfigSource(ApiConfigSource.newBuilder()
                        .setApiType(ApiConfigSource.ApiType.GRPC)
                        .setSetNodeOnFirstMessageOnly(true)
                        .setTransportApiVersion(ApiVersion.V3)
                        .addGrpcServices(GrpcService.newBuilder()
                                .setEnvoyGrpc(
                                        GrpcService.EnvoyGrpc.newBuilder().setClusterName(WellKnown.SDS_CLUSTER))))
                .setResourceApiVersion(ApiVersion.V3);
        if (waits) {
            source.setInitialFetchTimeout(Protos.ZERO);
        }
        return source.build();
    }

    private static SdsSecretConfig secret(String name, ConfigSource source) {
        return SdsSecretConfig.newBuilder().setName(name).setSdsConfig(source).build();
    }

    /** A secret that istiod itself serves over the ADS stream. It may not exist yet: one that is missing must not keep a whole listener waiting. */
    static SdsSecretConfig credential(String name) {
        return secret(SecretName.asked(name), CREDENTIALS);
    }

    /** A secret that the agent reads from a file. */
    static SdsSecretConfig file(String name) {
        return secret(name, agent(false));
    }
}
