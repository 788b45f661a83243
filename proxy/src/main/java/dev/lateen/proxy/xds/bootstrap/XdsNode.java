package dev.lateen.proxy.xds.bootstrap;

import dev.lateen.proxy.model.LoadAssignment.Locality;
import java.util.List;
import java.util.Map;

/**
 * Who asks: {@code envoy.config.core.v3.Node}.
 *
 * @param id such as {@code sidecar~10.0.0.1~pod.ns~ns.svc.cluster.local}
 * @param metadata texts, numbers, booleans, lists and maps of them
 * @param userAgentName what a control plane knows its client by
 * @param extensions full names of extensions, as Envoy lists its own
 */
public record XdsNode(
        String id,
        String cluster,
        Map<String, Object> metadata,
        Locality locality,
        String userAgentName,
        String userAgentVersion,
        List<String> extensions) {
    public XdsNode {
        metadata = Map.copyOf(metadata);
        extensions = List.copyOf(extensions);
    }
}
