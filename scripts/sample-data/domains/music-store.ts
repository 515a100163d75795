import { category, combine, type Domain, id, integer, named, real, refers, table, year } from "../domain.js";

export const musicStore: Domain = {
  id: "music_store",
  split: "train",
  tables: [
    table("Artist", ["artist", "artists"], 12, [
      id("ArtistId"),
      named(
        "ArtistName",
        "artist name",
        combine(["Velvet", "Copper", "Neon", "Wild"], ["Foxes", "Echo", "Harbour", "Sparrows"]),
      ),
      category("Country", "country", ["Sweden", "Ireland", "Ghana", "Korea"], { eq: ["from {v}"] }),
      year("DebutYear", "debut year", 1978, 2018, {}),
    ]),
    table("Album", ["album", "albums"], 26, [
      id("AlbumId"),
      named(
        "AlbumTitle",
        "album title",
        combine(
          ["Blue", "Slow", "Empty", "Bright", "Open"],
          ["Rooms", "Motion", "Tides", "Avenue", "Clouds", "Machine"],
        ),
      ),
      refers("ArtistId", "Artist", "recorded by", { has: "recorded" }),
      category("Style", "style", ["Rock", "Jazz", "Folk", "Electronic"], { eq: ["in the {v} style"] }),
      real("Price", "price", 7, 32, {
        most: "most expensive",
        least: "cheapest",
        over: ["costing more than {v}"],
        under: ["costing less than {v}"],
        sum: true,
      }),
      integer("Stock", "stock", 0, 60, { sum: true }),
    ]),
    table("Track", ["track", "tracks"], 60, [
      id("TrackId"),
      named(
        "TrackTitle",
        "track title",
        combine(
          ["Falling", "Another", "Rainy", "Sweet", "Dusty", "Little", "Fading", "Burning"],
          ["Night", "Road", "Heart", "Morning", "Stars", "Dream", "Window", "Shadow"],
        ),
      ),
      refers("AlbumId", "Album", "on", { unused: 2 }),
      integer("Seconds", "number of seconds", 118, 412, {
        noun: "seconds",
        most: "longest",
        least: "shortest",
        sum: true,
      }),
      integer("Plays", "number of plays", 40, 9800, { noun: "plays", sum: true }, 10),
    ]),
  ],
};
