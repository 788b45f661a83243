package dev.lateen.injector.overlay;

import dev.lateen.injector.pod.PodFacts;
import java.util.Map;

/**
 * Labels by which the mesh knows the pod: its canonical service, and whether it speaks mutual TLS.
 *
 * @param speaksTls whether a proxy does that for it
 */
record PodLabels(boolean speaksTls) implements Overlay {
    private static final String TLS_MODE = "security.istio.io/tlsMode";
    private static final String TUNNEL = "networking.istio.io/tunnel";
    private static final String NAME = "service.istio.io/canonical-name";
    private static final String REVISION = "service.istio.io/canonical-revision";

    @Override
    public void add(Fragment fragment, PodFacts facts) {
        Map<String, String> labels = fragment.labels();
        if (speaksTls) {
            labels.put(TLS_MODE, facts.label("istio", TLS_MODE));
            if ("true".equals(facts.start().metadata().get("ISTIO_META_ENABLE_HBONE"))) {
                labels.put(TUNNEL, facts.label("http", TUNNEL));
            }
        }
        labels.put(NAME, canonical(facts.label(facts.owner().name(), NAME, "app.kubernetes.io/name", "app")));
        labels.put(REVISION, facts.label("latest", REVISION, "app.kubernetes.io/version", "version"));
    }

    /** A label has at most 63 characters and a letter or digit at each end; a workload's name may be longer. */
    private static String canonical(String name) {
        String cut = name.length() > 63 ? name.substring(0, 63) : name;
        return cut.replaceAll("^[-_.]+|[-_.]+$", "");
    }
}
