package dev.lateen.istiod.persistent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PersistentMapTest {
    /** Keys of which many have one hash, or hashes that differ in their highest bits alone. */
    private record Key(int number) {
        @Override
        public int hashCode() {
            return number % 3 == 0 ? 7 : number % 3 == 1 ? number << 28 : number;
        }
    }

    private static Map<Key, String> plain(PersistentMap<Key, String> map) {
        Map<Key, String> plain = new HashMap<>();
        map.forEach((key, value) -> assertThat(plain.put(key, value)).isNull());
        return plain;
    }

    @Test
    void aThousandChangesGiveWhatAPlainMapHas() {
        Random random = new Random(1);
        for (int run = 0; run < 20; run++) {
            PersistentMap<Key, String> map = PersistentMap.empty();
            Map<Key, String> expected = new HashMap<>();
            for (int i = 0; i < 1000; i++) {
                Key key = new Key(random.nextInt(150));
                if (random.nextInt(3) == 0) {
                    map = map.without(key);
                    expected.remove(key);
                } else {
                    String value = Integer.toString(i);
                    map = map.with(key, value);
                    expected.put(key, value);
                }
                assertThat(map.size()).isEqualTo(expected.size());
                assertThat(map.get(key)).isEqualTo(expected.get(key));
            }
            assertThat(plain(map)).isEqualTo(expected);
        }
    }

    @Test
    void aMapIsNotChangedByThoseThatAreMadeFromIt() {
        PersistentMap<Key, String> one =
                PersistentMap.<Key, String>empty().with(new Key(0), "a").with(new Key(3), "b");
        PersistentMap<Key, String> other = one.with(new Key(0), "c").without(new Key(3));
        assertThat(plain(one)).isEqualTo(Map.of(new Key(0), "a", new Key(3), "b"));
        assertThat(plain(other)).isEqualTo(Map.of(new Key(0), "c"));
        assertThat(one.with(new Key(0), "a")).isSameAs(one);
        assertThat(one.without(new Key(9))).isSameAs(one);
    }

    @Test
    void theDifferenceOfTwoAgesIsExactlyWhatTheyDifferIn() {
        Random random = new Random(2);
        PersistentMap<Key, String> map = PersistentMap.empty();
        List<PersistentMap<Key, String>> ages = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
            Key key = new Key(random.nextInt(200));
            map = random.nextInt(3) == 0 ? map.without(key) : map.with(key, "v" + random.nextInt(5));
            ages.add(map);
        }
        for (int i = 0; i < 300; i++) {
            PersistentMap<Key, String> before = ages.get(random.nextInt(ages.size()));
            PersistentMap<Key, String> after = ages.get(random.nextInt(ages.size()));
            Map<Key, String> patched = plain(before);
            after.differencesSince(before, (key, was, now) -> {
                assertThat(was).isEqualTo(before.get(key));
                assertThat(was).isNotSameAs(now);
                if (now == null) {
                    patched.remove(key);
                } else {
                    patched.put(key, now);
                }
            });
            assertThat(patched).isEqualTo(plain(after));
            assertThat(before.equals(after)).isEqualTo(plain(before).equals(plain(after)));
        }
    }

    @Test
    void aChangeOfOneOfManyIsFoundWithoutALookAtTheRest() {
        PersistentMap<Integer, Integer> map = PersistentMap.empty();
        for (int i = 0; i < 10_000; i++) {
            map = map.with(i, 0);
        }
        List<Integer> differing = new ArrayList<>();
        map.with(4711, 1).differencesSince(map, (key, _, _) -> differing.add(key));
        assertThat(differing).containsExactly(4711);
    }
}
