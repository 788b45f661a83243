package dev.lateen.istiod.translate.view;

import dev.lateen.istiod.registry.Resolution;
import dev.lateen.istiod.registry.Service;
import dev.lateen.istiod.registry.ServicePort;

/** By which listener and which routes the port of a service is called: listeners name the routes that they ask for. */
public final class OutboundPorts {
    /** Takes connections to every address. */
    public static final String ANY = "0.0.0.0";

    private OutboundPorts() {}

    /** Whether a service has no address of its own, so that its ports are taken on all addresses. */
    public static boolean isWildcardBound(Service service) {
        return service.addresses().stream().noneMatch(a -> !a.contains("/") && !a.equals(ANY))
                || service.resolution() == Resolution.ORIGINAL_DESTINATION && service.kubernetes();
    }

    /** The name of the routes of a port. One whose protocol is detected shares its listener with nobody, so it has routes of its own. */
    public static String routeName(Service service, ServicePort port) {
        return port.protocol().isAuto() && !isWildcardBound(service)
                ? service.hostname() + ":" + port.number()
                : Integer.toString(port.number());
    }
}
