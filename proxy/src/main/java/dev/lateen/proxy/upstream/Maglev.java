package dev.lateen.proxy.upstream;

import dev.lateen.proxy.route.HashPolicies;
import dev.lateen.proxy.route.XxHash64;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * {@code MAGLEV} (Eisenbud et al., "Maglev: A Fast and Reliable Software Network Load Balancer", section 3.4): each host walks the table in
 * an order of its own and takes free places by turns, as often as its weight allows. Offsets and steps are Envoy's
 * ({@code xxh64("ip:port")} with seeds 0 and 1), so both send a key to the same host.
 */
final class Maglev implements Balancer {
    /** Envoy's upper limit of {@code table_size}, a prime. */
    private static final int LARGEST = 5_000_011;

    private final Host[] hosts;
    private final int[] table;

    /** @param weighted any positive weights; @param tableSize prime, at most 5,000,011; the next prime is taken for what is none */
    Maglev(List<Weighted> weighted, long tableSize) {
        List<Weighted> ordered = new ArrayList<>(weighted);
        ordered.sort(Comparator.comparing(entry -> entry.host().addressText()));
        hosts = ordered.stream().map(Weighted::host).toArray(Host[]::new);
        table = new int[prime(Math.clamp(tableSize, 2, LARGEST))];
        fill(ordered);
    }

    /** Only in a table of prime size does every step reach every place. */
    private static int prime(int from) {
        int candidate = from;
        while (!isPrime(candidate)) {
            candidate++;
        }
        return candidate;
    }

    private static boolean isPrime(int number) {
        for (int divisor = 2; (long) divisor * divisor <= number; divisor++) {
            if (number % divisor == 0) {
                return false;
            }
        }
        return number > 1;
    }

    private void fill(List<Weighted> ordered) {
        Arrays.fill(table, -1);
        Walk[] walks = new Walk[hosts.length];
        double heaviest = 0;
        for (int i = 0; i < walks.length; i++) {
            walks[i] = new Walk(hosts[i].addressText(), ordered.get(i).weight(), table.length);
            heaviest = Math.max(heaviest, walks[i].weight);
        }
        int taken = 0;
        for (long round = 1; taken < table.length; round++) {
            for (int i = 0; i < walks.length && taken < table.length; i++) {
                Walk walk = walks[i];
                // The heaviest host has a turn in every round, one of a third of its weight in every third.
                if (round * walk.weight >= walk.due) {
                    walk.due += heaviest;
                    table[walk.nextFree(table)] = i;
                    taken++;
                }
            }
        }
    }

    private static final class Walk {
        private final double weight;
        private final long step;
        private long at;
        private double due;

        Walk(String key, double weight, int size) {
            this.weight = weight;
            this.at = Long.remainderUnsigned(XxHash64.hash(key), size);
            this.step = Long.remainderUnsigned(XxHash64.hash(key, 1), size - 1) + 1;
        }

        int nextFree(int[] table) {
            while (table[(int) at] >= 0) {
                at = (at + step) % table.length;
            }
            int free = (int) at;
            at = (at + step) % table.length;
            return free;
        }
    }

    @Override
    public Host pick(PickContext context, int attempt) {
        long hash = context.hash();
        if (hash == HashPolicies.NO_HASH) {
            hash = context.random().nextLong();
        }
        if (attempt > 0) {
            // Most bits change, so further choices scatter over the whole table.
            hash ^= -attempt;
        }
        return hosts[table[(int) Long.remainderUnsigned(hash, table.length)]];
    }
}
