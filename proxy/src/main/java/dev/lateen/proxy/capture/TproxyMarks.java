package dev.lateen.proxy.capture;

/**
 * The marks by which TPROXY tells apart who sent a packet of the pod to the pod: the proxy's connection to the application carries the mark of the client's, which is kept with
 * the connection, so that the application's answer finds back to the proxy and is not taken for a new client.
 */
final class TproxyMarks {
    /** Of what the proxy sends to its own inbound port. */
    private static final String OUTBOUND = "1338";

    private static final String TABLE = "mangle";
    private static final String INBOUND = "ISTIO_INBOUND";

    private TproxyMarks() {}

    static void add(
            CaptureSettings settings,
            IpFamily family,
            String mark,
            CaptureRules.Adding rules,
            CaptureRules.Inserting first) {
        String self = family == IpFamily.V4 ? settings.loopback() : family.loopback();
        rules.add(TABLE, "PREROUTING", "-p tcp -m mark --mark " + mark + " -j CONNMARK --save-mark");
        rules.add(TABLE, "OUTPUT", "-p tcp -o lo -m mark --mark " + mark + " -j RETURN");
        String own = "! -d " + self + " -p tcp -o lo -m owner ";
        String marked = " -j MARK --set-mark " + OUTBOUND;
        settings.owners().uids().forEach(uid -> rules.add(TABLE, "OUTPUT", own + "--uid-owner " + uid + marked));
        settings.owners().gids().forEach(gid -> rules.add(TABLE, "OUTPUT", own + "--gid-owner " + gid + marked));
        rules.add(TABLE, "OUTPUT", "-p tcp -m connmark --mark " + mark + " -j CONNMARK --restore-mark");
        first.insert(TABLE, INBOUND, 1, "-p tcp -m mark --mark " + mark + " -j RETURN");
        first.insert(TABLE, INBOUND, 2, "-p tcp -s " + family.passthrough() + " -i lo -j RETURN");
        first.insert(TABLE, INBOUND, 3, "-p tcp -i lo -m mark ! --mark " + OUTBOUND + " -j RETURN");
    }
}
