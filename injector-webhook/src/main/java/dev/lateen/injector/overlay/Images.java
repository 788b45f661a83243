package dev.lateen.injector.overlay;

import dev.lateen.injector.pod.PodFacts;
import dev.lateen.injector.settings.SidecarSettings;
import java.util.List;

/** References of the images of injected containers. Pure. */
public final class Images {
    private static final String IMAGE = "sidecar.istio.io/proxyImage";
    private static final String TYPE = "sidecar.istio.io/proxyImageType";
    private static final List<String> KNOWN_TYPES = List.of("distroless", "debug");

    private Images() {}

    /** The proxy's: a whole reference if the pod or the values have one. */
    static String proxy(PodFacts facts) {
        String asked = facts.annotation(IMAGE, facts.settings().images().proxy());
        return asked.contains("/") ? asked : composedProxy(facts);
    }

    /** That of the container that redirects traffic. */
    static String init(PodFacts facts) {
        String asked = facts.annotation(IMAGE, facts.settings().images().init());
        return asked.contains("/") ? asked : composedInit(facts);
    }

    /** From the parts that the values have. */
    public static String composedProxy(PodFacts facts) {
        SidecarSettings.Images images = facts.settings().images();
        String type = facts.start().imageType();
        return composed(images, images.proxy(), facts.annotation(TYPE, type.isEmpty() ? images.variant() : type));
    }

    /** From the parts that the values have. */
    public static String composedInit(PodFacts facts) {
        SidecarSettings.Images images = facts.settings().images();
        return composed(images, images.init(), facts.annotation(TYPE, images.variant()));
    }

    private static String composed(SidecarSettings.Images images, String name, String type) {
        return images.hub() + "/" + name + ":" + typed(images.tag(), type);
    }

    /** A tag that names a type already gets the other one. */
    private static String typed(String tag, String type) {
        if (type.isEmpty()) {
            return tag;
        }
        String bare = tag;
        for (String known : KNOWN_TYPES) {
            if (tag.endsWith("-" + known)) {
                bare = tag.substring(0, tag.length() - known.length() - 1);
                break;
            }
        }
        return type.equals("default") ? bare : bare + "-" + type;
    }
}
