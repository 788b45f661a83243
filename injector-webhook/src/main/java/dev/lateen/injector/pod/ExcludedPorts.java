package dev.lateen.injector.pod;

import java.util.ArrayList;
import java.util.List;

/** Ports whose inbound traffic goes past the proxy: a list divided by commas. Pure. */
public final class ExcludedPorts {
    private ExcludedPorts() {}

    /** The list with one port more, unless it has it; an empty port, or 0, is none. */
    public static String with(String ports, String port) {
        String one = port.strip();
        if (one.isEmpty() || one.equals("0") || List.of(ports.split(",")).contains(one)) {
            return ports;
        }
        List<String> all = new ArrayList<>();
        for (String each : ports.split(",")) {
            if (!each.isBlank()) {
                all.add(each.strip());
            }
        }
        all.add(one);
        return String.join(",", all);
    }
}
