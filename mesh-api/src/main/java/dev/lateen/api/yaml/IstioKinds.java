package dev.lateen.api.yaml;

import dev.lateen.api.extensions.TrafficExtension;
import dev.lateen.api.extensions.WasmPlugin;
import dev.lateen.api.networking.DestinationRule;
import dev.lateen.api.networking.EnvoyFilter;
import dev.lateen.api.networking.Gateway;
import dev.lateen.api.networking.ProxyConfig;
import dev.lateen.api.networking.ServiceEntry;
import dev.lateen.api.networking.Sidecar;
import dev.lateen.api.networking.VirtualService;
import dev.lateen.api.networking.WorkloadEntry;
import dev.lateen.api.networking.WorkloadGroup;
import dev.lateen.api.resource.Spec;
import dev.lateen.api.schema.ApiKind;
import dev.lateen.api.security.AuthorizationPolicy;
import dev.lateen.api.security.PeerAuthentication;
import dev.lateen.api.security.RequestAuthentication;
import dev.lateen.api.telemetry.Telemetry;
import java.util.List;

/** All of Istio's kinds. */
public final class IstioKinds {
    /** What the API groups of Istio end with. */
    public static final String GROUP_SUFFIX = ".istio.io";

    /** The specs of all kinds. */
    public static final List<Class<? extends Spec>> ALL = List.of(
            VirtualService.class,
            DestinationRule.class,
            Gateway.class,
            ServiceEntry.class,
            Sidecar.class,
            WorkloadEntry.class,
            WorkloadGroup.class,
            EnvoyFilter.class,
            ProxyConfig.class,
            AuthorizationPolicy.class,
            PeerAuthentication.class,
            RequestAuthentication.class,
            Telemetry.class,
            WasmPlugin.class,
            TrafficExtension.class);

    private IstioKinds() {}

    /** Group, kind and versions of a spec. */
    public static ApiKind of(Class<? extends Spec> type) {
        ApiKind kind = type.getAnnotation(ApiKind.class);
        if (kind == null) {
            throw new IllegalArgumentException(type + " has no @ApiKind");
        }
        return kind;
    }
}
