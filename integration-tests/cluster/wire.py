"""What goes over the wires of the cluster, seen by a socket on all interfaces of its network namespace."""
import socket, struct, threading

ALL = 3  # ETH_P_ALL
IPV4, TCP = 0x0800, 6


def capture(what):
    """Source, target, ports and bytes of each TCP segment with data that passed while `what` ran."""
    seen, stop = [], threading.Event()
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ALL)) as raw:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32 << 20)
        raw.settimeout(0.2)
        reader = threading.Thread(target=_read, args=(raw, seen, stop))
        reader.start()
        try:
            what()
        finally:
            stop.set()
            reader.join()
    return seen


def _read(raw, seen, stop):
    while True:
        try:
            segment = _segment(raw.recv(1 << 16))
            if segment:
                seen.append(segment)
        except TimeoutError:
            if stop.is_set():
                return


def _segment(frame):
    if len(frame) < 54 or struct.unpack("!H", frame[12:14])[0] != IPV4 or frame[23] != TCP:
        return None
    packet = frame[14:14 + struct.unpack("!H", frame[16:18])[0]]
    tcp = packet[(packet[0] & 15) * 4:]
    data = tcp[(tcp[12] >> 4) * 4:]
    ports = set(struct.unpack("!HH", tcp[:4]))
    return (socket.inet_ntoa(packet[12:16]), socket.inet_ntoa(packet[16:20]), ports, data) if data else None
