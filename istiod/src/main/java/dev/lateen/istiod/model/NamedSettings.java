package dev.lateen.istiod.model;

import dev.lateen.api.mesh.MeshConfig;
import java.util.List;
import java.util.stream.Stream;

/** The fields of the mesh's configuration that are named. */
final class NamedSettings {
    private static final String YET = Named.YET;

    private NamedSettings() {}

    static Stream<Named> all() {
        return Stream.of(mesh(), ingress(), defaultConfig()).flatMap(s -> s);
    }

    private static Stream<Named> mesh() {
        return Stream.of(
                        Named.each(
                                MeshConfig.class,
                                List.of(
                                        "inboundClusterStatName",
                                        "outboundClusterStatName",
                                        "caCertificates",
                                        "outboundTrafficPolicy.tls",
                                        "defaultTrafficPolicy.outlierDetection.consecutiveErrors",
                                        "defaultTrafficPolicy.outlierDetection.outlierDetectionHttpErrorCodes"),
                                YET,
                                ""),
                        Stream.of(
                                Named.only(
                                        MeshConfig.class,
                                        "outboundTrafficPolicy.mode",
                                        "ALLOW_ANY_DYNAMIC_DNS",
                                        YET + ": unknown hosts are called at the address that the client asked for",
                                        "ALLOW_ANY, or a ServiceEntry with resolution DNS"),
                                Named.of(
                                        MeshConfig.class,
                                        "enablePrometheusMerge",
                                        YET + ": metrics of applications are not merged with the proxy's",
                                        ""),
                                Named.of(
                                        MeshConfig.class,
                                        "verifyCertificateAtClient",
                                        YET + ": servers are always verified where a rule gives roots",
                                        "tls.insecureSkipVerify of a DestinationRule"),
                                Named.of(
                                        MeshConfig.class, "meshMTLS.ecdhCurves", YET + ", nor in Istio", "tlsDefaults"),
                                Named.of(MeshConfig.class, "zoneAwareLbSetting", YET, "localityLbSetting"),
                                Named.of(
                                        MeshConfig.class,
                                        "serviceEntryVisibility",
                                        YET + ": a ServiceEntry is seen as its exportTo says",
                                        "exportTo")))
                .flatMap(s -> s);
    }

    private static Stream<Named> ingress() {
        return Named.each(
                MeshConfig.class,
                List.of("ingressClass", "ingressSelector", "ingressService", "ingressControllerMode"),
                YET + ": no Ingress is served",
                "Istio's own Gateway and VirtualService");
    }

    private static Stream<Named> defaultConfig() {
        return Stream.concat(
                Named.each(
                        MeshConfig.class,
                        List.of(
                                "defaultConfig.extraStatTags",
                                "defaultConfig.proxyStatsMatcher",
                                "defaultConfig.runtimeValues",
                                "defaultConfig.connectionSettings",
                                "defaultConfig.tracing.customTags{}.formatter",
                                "defaultConfig.readinessProbe",
                                "defaultConfig.image"),
                        YET,
                        ""),
                Stream.of(Named.only(
                        MeshConfig.class, "defaultConfig.proxyHeaders.preserveHttp1HeaderCase", "true", YET, "")));
    }
}
