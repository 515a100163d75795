SELECT guest_name FROM guest WHERE birth_year > 1988	hotel
SELECT COUNT(*) FROM guest WHERE city = 'Geneva'	hotel
SELECT stay.nights FROM stay JOIN guest ON stay.guest_id = guest.guest_id WHERE guest.guest_name = 'Quentin Kowalski'	hotel
SELECT room_code FROM room ORDER BY rate LIMIT 1	hotel
SELECT MAX(birth_year) FROM guest	hotel
SELECT birth_year FROM guest WHERE guest_name = 'Elena Ellis'	hotel
SELECT room_type, COUNT(*) FROM room GROUP BY room_type	hotel
SELECT COUNT(*) FROM stay JOIN room ON stay.room_id = room.room_id WHERE room.rate BETWEEN 260 AND 380	hotel
SELECT hotel.hotel_name, COUNT(*) FROM room JOIN hotel ON room.hotel_id = hotel.hotel_id GROUP BY hotel.hotel_name	hotel
SELECT guest_name FROM guest WHERE guest_id IN (SELECT guest_id FROM stay WHERE nights < 10)	hotel
SELECT room_code FROM room WHERE room_id NOT IN (SELECT room_id FROM stay WHERE check_in < '2023-10-01')	hotel
SELECT hotel_name, stars FROM hotel WHERE opened < 2000	hotel
SELECT guest_name FROM guest WHERE city != 'Lyon' AND birth_year BETWEEN 1950 AND 1952	hotel
SELECT MAX(birth_year) FROM guest WHERE city = 'Lille'	hotel
SELECT room_type, MIN(rate) FROM room GROUP BY room_type	hotel
SELECT stay.check_in, room.room_code FROM stay JOIN room ON stay.room_id = room.room_id	hotel
SELECT hotel.hotel_name FROM room JOIN hotel ON room.hotel_id = hotel.hotel_id GROUP BY hotel.hotel_name ORDER BY COUNT(*) DESC LIMIT 1	hotel
SELECT room_code FROM room WHERE rate < (SELECT AVG(rate) FROM room)	hotel
SELECT city FROM hotel GROUP BY city HAVING COUNT(*) >= 2	hotel
SELECT hotel_name FROM hotel	hotel
SELECT guest_name, city FROM guest	hotel
SELECT DISTINCT room_type FROM room	hotel
SELECT room_code FROM room ORDER BY room_code	hotel
SELECT city FROM hotel GROUP BY city ORDER BY COUNT(*) DESC LIMIT 1	hotel
SELECT room.room_code, hotel.hotel_name FROM room JOIN hotel ON room.hotel_id = hotel.hotel_id WHERE room.room_type = 'Single'	hotel
SELECT AVG(stay.nights) FROM stay JOIN room ON stay.room_id = room.room_id WHERE room.room_type = 'Suite'	hotel
SELECT hotel.hotel_name FROM room JOIN hotel ON room.hotel_id = hotel.hotel_id ORDER BY room.rate LIMIT 1	hotel
SELECT hotel.hotel_name, MIN(room.rate) FROM room JOIN hotel ON room.hotel_id = hotel.hotel_id GROUP BY hotel.hotel_name	hotel
SELECT hotel.hotel_name FROM room JOIN hotel ON room.hotel_id = hotel.hotel_id GROUP BY hotel.hotel_name HAVING COUNT(*) > 3	hotel
SELECT stay.check_in FROM stay JOIN room ON stay.room_id = room.room_id JOIN hotel ON room.hotel_id = hotel.hotel_id WHERE hotel.city = 'Lyon'	hotel
SELECT COUNT(*) FROM room	hotel
SELECT COUNT(DISTINCT city) FROM hotel	hotel
SELECT hotel_name FROM hotel WHERE city = 'Lyon' OR opened > 1952	hotel
SELECT guest_name FROM guest ORDER BY birth_year DESC LIMIT 3	hotel
SELECT MIN(nights), AVG(nights) FROM stay	hotel
SELECT hotel_name, opened FROM hotel WHERE city = 'Lyon' ORDER BY hotel_name	hotel
SELECT AdopterName FROM Adopter WHERE Suburb != 'Fairview'	pet_shelter
SELECT COUNT(*) FROM Checkup WHERE Cost BETWEEN 17.5 AND 25	pet_shelter
SELECT Checkup.Cost FROM Checkup JOIN Pet ON Checkup.PetID = Pet.PetID WHERE Pet.PetName = 'Ember'	pet_shelter
SELECT Fee FROM Adoption WHERE Fee >= 230 ORDER BY AdoptionDate DESC LIMIT 1	pet_shelter
SELECT Suburb, COUNT(*) FROM Adopter WHERE Income IS NULL GROUP BY Suburb	pet_shelter
SELECT Adoption.Fee, Adoption.AdoptionDate FROM Adoption JOIN Adopter ON Adoption.AdopterID = Adopter.AdopterID WHERE Adopter.AdopterName = 'Bella Weber'	pet_shelter
SELECT PetName FROM Pet WHERE Age > (SELECT Age FROM Pet WHERE PetName = 'Umber')	pet_shelter
SELECT PetName, Weight FROM Pet ORDER BY ArrivalDate LIMIT 1	pet_shelter
SELECT SUM(Fee) FROM Adoption	pet_shelter
SELECT Species FROM Pet WHERE PetName = 'Gus'	pet_shelter
SELECT Species, COUNT(*) FROM Pet GROUP BY Species	pet_shelter
SELECT Vet FROM Checkup GROUP BY Vet HAVING AVG(Cost) < 76	pet_shelter
SELECT Vet FROM Checkup GROUP BY Vet ORDER BY AVG(Cost) DESC LIMIT 1	pet_shelter
SELECT COUNT(*) FROM Adoption JOIN Adopter ON Adoption.AdopterID = Adopter.AdopterID WHERE Adopter.AdopterName = 'Zora Ueda'	pet_shelter
SELECT AdopterName FROM Adopter WHERE AdopterID IN (SELECT AdopterID FROM Adoption WHERE Fee < 140)	pet_shelter
SELECT COUNT(*) FROM Pet WHERE PetID NOT IN (SELECT PetID FROM Adoption WHERE Fee > 140)	pet_shelter
SELECT Vet FROM Checkup WHERE Cost < 57.5 INTERSECT SELECT Vet FROM Checkup WHERE Cost > 57.5	pet_shelter
SELECT Suburb FROM Adopter WHERE Income BETWEEN 40000 AND 87000 EXCEPT SELECT Suburb FROM Adopter WHERE AdopterName LIKE 'L%'	pet_shelter
SELECT PetName FROM Pet WHERE PetID NOT IN (SELECT PetID FROM Adoption WHERE AdoptionDate < '2023-09-01')	pet_shelter
SELECT AdopterName, Suburb FROM Adopter WHERE Income > 40000	pet_shelter
SELECT ArrivalDate FROM Pet WHERE Weight BETWEEN 14 AND 37 AND Species = 'Cat'	pet_shelter
SELECT MIN(Cost) FROM Checkup WHERE Vet = 'Dr. Lane'	pet_shelter
SELECT Species, MAX(Age) FROM Pet GROUP BY Species	pet_shelter
SELECT Adoption.Fee, Adopter.AdopterName FROM Adoption JOIN Adopter ON Adoption.AdopterID = Adopter.AdopterID	pet_shelter
SELECT AdopterName FROM Adopter WHERE Income > (SELECT AVG(Income) FROM Adopter)	pet_shelter
SELECT COUNT(*) FROM Pet WHERE Weight > (SELECT AVG(Weight) FROM Pet)	pet_shelter
SELECT PetName FROM Pet WHERE ArrivalDate < '2024-02-01' UNION SELECT PetName FROM Pet WHERE ArrivalDate > '2023-06-27'	pet_shelter
SELECT Species FROM Pet GROUP BY Species HAVING COUNT(*) > 7	pet_shelter
SELECT PetName FROM Pet	pet_shelter
SELECT PetName, Weight FROM Pet	pet_shelter
SELECT DISTINCT Vet FROM Checkup	pet_shelter
SELECT AdopterName FROM Adopter WHERE Suburb IN ('Norwood', 'Lakeside')	pet_shelter
SELECT AdoptionDate FROM Adoption ORDER BY AdoptionDate DESC	pet_shelter
SELECT Suburb FROM Adopter GROUP BY Suburb ORDER BY COUNT(*) DESC LIMIT 1	pet_shelter
SELECT Adoption.AdoptionDate, Pet.PetName FROM Adoption JOIN Pet ON Adoption.PetID = Pet.PetID WHERE Adoption.Fee < 65	pet_shelter
SELECT MIN(Adoption.Fee) FROM Adoption JOIN Pet ON Adoption.PetID = Pet.PetID WHERE Pet.Weight > 38	pet_shelter
SELECT growers.grower_name, COUNT(*) FROM coffees JOIN growers ON coffees.grower_id = growers.grower_id GROUP BY growers.grower_name	coffee_roaster
SELECT growers.grower_name FROM coffees JOIN growers ON coffees.grower_id = growers.grower_id GROUP BY growers.grower_name ORDER BY AVG(coffees.score) DESC LIMIT 1	coffee_roaster
SELECT country FROM cafes UNION SELECT country FROM growers	coffee_roaster
SELECT country FROM cafes INTERSECT SELECT country FROM growers	coffee_roaster
SELECT country FROM cafes EXCEPT SELECT country FROM growers	coffee_roaster
SELECT since_year FROM growers WHERE country != 'Colombia'	coffee_roaster
SELECT growers.grower_name FROM coffees JOIN growers ON coffees.grower_id = growers.grower_id GROUP BY growers.grower_name ORDER BY COUNT(*) DESC LIMIT 1	coffee_roaster
SELECT COUNT(*) FROM cafes WHERE tables_count <= 10	coffee_roaster
SELECT coffees.coffee_name FROM coffees JOIN growers ON coffees.grower_id = growers.grower_id WHERE growers.altitude >= 1800	coffee_roaster
SELECT delivered_on FROM deliveries ORDER BY kilos DESC LIMIT 1	coffee_roaster
SELECT cafes.cafe_name FROM deliveries JOIN cafes ON deliveries.cafe_id = cafes.cafe_id ORDER BY deliveries.kilos DESC LIMIT 1	coffee_roaster
SELECT growers.grower_name, MIN(coffees.price_per_kg) FROM coffees JOIN growers ON coffees.grower_id = growers.grower_id GROUP BY growers.grower_name	coffee_roaster
SELECT growers.grower_name FROM coffees JOIN growers ON coffees.grower_id = growers.grower_id GROUP BY growers.grower_name HAVING COUNT(*) > 2	coffee_roaster
SELECT deliveries.kilos FROM deliveries JOIN coffees ON deliveries.coffee_id = coffees.coffee_id JOIN growers ON coffees.grower_id = growers.grower_id WHERE growers.grower_name = 'Alto Verde'	coffee_roaster
SELECT SUM(tables_count) FROM cafes	coffee_roaster
SELECT tables_count FROM cafes WHERE cafe_name = 'Little Kettle'	coffee_roaster
SELECT roast, COUNT(*) FROM coffees GROUP BY roast	coffee_roaster
SELECT COUNT(*) FROM deliveries JOIN cafes ON deliveries.cafe_id = cafes.cafe_id WHERE cafes.cafe_name = 'Corner Kettle'	coffee_roaster
SELECT grower_name FROM growers WHERE grower_id IN (SELECT grower_id FROM coffees WHERE roast != 'Light')	coffee_roaster
SELECT cafe_name FROM cafes WHERE cafe_id NOT IN (SELECT cafe_id FROM deliveries)	coffee_roaster
SELECT COUNT(*) FROM growers	coffee_roaster
SELECT COUNT(DISTINCT country) FROM cafes	coffee_roaster
SELECT coffee_name, price_per_kg FROM coffees WHERE score >= 77	coffee_roaster
SELECT cafe_name FROM cafes WHERE country = 'Portugal' AND tables_count > 25	coffee_roaster
SELECT coffee_name FROM coffees WHERE price_per_kg < 21 OR roast IN ('Dark', 'Light')	coffee_roaster
SELECT MIN(kilos) FROM deliveries WHERE delivered_on BETWEEN '2024-02-29' AND '2024-05-13'	coffee_roaster
SELECT grower_name FROM growers ORDER BY altitude LIMIT 4	coffee_roaster
SELECT country, MAX(tables_count) FROM cafes GROUP BY country	coffee_roaster
SELECT coffees.coffee_name, growers.grower_name FROM coffees JOIN growers ON coffees.grower_id = growers.grower_id	coffee_roaster
SELECT cafe_name FROM cafes WHERE tables_count < (SELECT AVG(tables_count) FROM cafes)	coffee_roaster
SELECT coffee_name FROM coffees WHERE roast = 'Dark'	coffee_roaster
SELECT country FROM growers GROUP BY country HAVING COUNT(*) > 3	coffee_roaster
SELECT grower_name FROM growers	coffee_roaster
SELECT kilos, delivered_on FROM deliveries	coffee_roaster
SELECT DISTINCT roast FROM coffees	coffee_roaster
SELECT AVG(altitude), MAX(altitude) FROM growers	coffee_roaster
SELECT Composer.composer_name, COUNT(*) FROM Work JOIN Composer ON Work.composer_id = Composer.composer_id GROUP BY Composer.composer_name	orchestra
SELECT COUNT(*) FROM Composer WHERE country = 'Finland'	orchestra
SELECT Concert.attendance FROM Concert JOIN Work ON Concert.work_id = Work.work_id WHERE Work.movements IS NULL	orchestra
SELECT composer_name FROM Composer WHERE birth_year < 1760	orchestra
SELECT concert_date, venue FROM Concert ORDER BY attendance DESC LIMIT 1	orchestra
SELECT Composer.composer_name FROM Work JOIN Composer ON Work.composer_id = Composer.composer_id GROUP BY Composer.composer_name ORDER BY COUNT(*) DESC LIMIT 1	orchestra
SELECT MAX(birth_year) FROM Composer	orchestra
SELECT birth_year FROM Composer WHERE composer_name = 'Xenia Ueda'	orchestra
SELECT country, COUNT(*) FROM Composer GROUP BY country	orchestra
SELECT COUNT(*) FROM Concert JOIN Work ON Concert.work_id = Work.work_id WHERE Work.work_title LIKE 'N%'	orchestra
SELECT work_title FROM Work WHERE work_id IN (SELECT work_id FROM Concert)	orchestra
SELECT composer_name FROM Composer ORDER BY composer_name DESC	orchestra
SELECT musician_name FROM Musician WHERE salary < 47000 ORDER BY musician_name	orchestra
SELECT duration FROM Work WHERE duration > 66 ORDER BY movements DESC LIMIT 1	orchestra
SELECT venue, COUNT(*) FROM Concert WHERE concert_date BETWEEN '2023-11-05' AND '2023-12-03' GROUP BY venue	orchestra
SELECT country FROM Composer GROUP BY country ORDER BY COUNT(*) DESC LIMIT 1	orchestra
SELECT Work.work_title, Work.duration FROM Work JOIN Composer ON Work.composer_id = Composer.composer_id WHERE Composer.country = 'Estonia'	orchestra
SELECT Work.work_title, Composer.composer_name FROM Work JOIN Composer ON Work.composer_id = Composer.composer_id WHERE Work.duration < 35	orchestra
SELECT SUM(Work.movements) FROM Work JOIN Composer ON Work.composer_id = Composer.composer_id WHERE Composer.birth_year > 1840	orchestra
SELECT Work.work_title FROM Concert JOIN Work ON Concert.work_id = Work.work_id ORDER BY Concert.attendance LIMIT 1	orchestra
SELECT Composer.composer_name, AVG(Work.duration) FROM Work JOIN Composer ON Work.composer_id = Composer.composer_id GROUP BY Composer.composer_name	orchestra
SELECT Composer.composer_name FROM Work JOIN Composer ON Work.composer_id = Composer.composer_id GROUP BY Composer.composer_name HAVING COUNT(*) > 5	orchestra
SELECT composer_name FROM Composer WHERE composer_id NOT IN (SELECT composer_id FROM Work WHERE work_title LIKE 'H%')	orchestra
SELECT musician_name FROM Musician WHERE joined_year > (SELECT joined_year FROM Musician WHERE musician_name = 'Elena Barros')	orchestra
SELECT Concert.attendance FROM Concert JOIN Work ON Concert.work_id = Work.work_id JOIN Composer ON Work.composer_id = Composer.composer_id WHERE Composer.composer_name = 'Vera Schmidt'	orchestra
SELECT attendance, concert_date FROM Concert WHERE venue IN ('Town Hall', 'Arena')	orchestra
SELECT attendance FROM Concert WHERE concert_date < '2023-11-01' AND venue = 'Old Mill'	orchestra
SELECT MIN(attendance) FROM Concert WHERE venue = 'Town Hall'	orchestra
SELECT country, MIN(birth_year) FROM Composer GROUP BY country	orchestra
SELECT Work.work_title, Composer.composer_name FROM Work JOIN Composer ON Work.composer_id = Composer.composer_id	orchestra
SELECT composer_name FROM Composer WHERE birth_year > 1791	orchestra
SELECT work_title FROM Work WHERE movements > (SELECT AVG(movements) FROM Work)	orchestra
SELECT venue FROM Concert GROUP BY venue HAVING AVG(attendance) > 770	orchestra
SELECT venue FROM Concert GROUP BY venue ORDER BY AVG(attendance) DESC LIMIT 1	orchestra
SELECT Composer.composer_name FROM Work JOIN Composer ON Work.composer_id = Composer.composer_id GROUP BY Composer.composer_name ORDER BY SUM(Work.duration) DESC LIMIT 1	orchestra
SELECT COUNT(*) FROM Work WHERE work_id NOT IN (SELECT work_id FROM Concert WHERE concert_date BETWEEN '2023-10-01' AND '2023-11-25')	orchestra
SELECT COUNT(*) FROM courier WHERE hire_date > '2022-05-08'	courier
SELECT courier.courier_name FROM courier JOIN depot ON courier.depot_id = depot.depot_id WHERE depot.town != 'Cork'	courier
SELECT depot.depot_name, COUNT(*) FROM courier JOIN depot ON courier.depot_id = depot.depot_id GROUP BY depot.depot_name	courier
SELECT floor_area FROM depot WHERE town = 'Cork'	courier
SELECT tracking_code FROM parcel ORDER BY weight_kg LIMIT 1	courier
SELECT depot.depot_name FROM courier JOIN depot ON courier.depot_id = depot.depot_id GROUP BY depot.depot_name ORDER BY COUNT(*) DESC LIMIT 1	courier
SELECT SUM(postage) FROM parcel	courier
SELECT hire_date FROM courier WHERE courier_name = 'Hugo Ferreira'	courier
SELECT town, COUNT(*) FROM depot GROUP BY town	courier
SELECT COUNT(*) FROM courier JOIN depot ON courier.depot_id = depot.depot_id WHERE depot.depot_name = 'Gateway'	courier
SELECT courier_name FROM courier WHERE courier_id IN (SELECT courier_id FROM parcel WHERE sent_date > '2024-06-01')	courier
SELECT town FROM sender UNION SELECT town FROM depot	courier
SELECT town FROM sender INTERSECT SELECT town FROM depot	courier
SELECT town FROM sender EXCEPT SELECT town FROM depot	courier
SELECT town FROM sender WHERE sender_name LIKE '%Tools%' INTERSECT SELECT town FROM sender WHERE sender_name LIKE '%Textiles%'	courier
SELECT vehicle FROM courier WHERE hire_date > '2018-01-01' EXCEPT SELECT vehicle FROM courier WHERE hire_date < '2015-11-25'	courier
SELECT COUNT(*) FROM depot	courier
SELECT COUNT(DISTINCT vehicle) FROM courier	courier
SELECT town FROM depot GROUP BY town HAVING COUNT(*) > 3	courier
SELECT sender_name FROM sender WHERE sender_id NOT IN (SELECT sender_id FROM parcel)	courier
SELECT courier_name FROM courier WHERE hire_date < '2018-12-01' OR vehicle = 'Scooter'	courier
SELECT tracking_code FROM parcel ORDER BY postage LIMIT 3	courier
SELECT courier_name FROM courier	courier
SELECT depot_name, town FROM depot	courier
SELECT DISTINCT town FROM depot	courier
SELECT tracking_code FROM parcel WHERE weight_kg > 24	courier
SELECT depot_name FROM depot ORDER BY depot_name	courier
SELECT town FROM depot GROUP BY town ORDER BY COUNT(*) DESC LIMIT 1	courier
SELECT courier.hire_date, depot.depot_name FROM courier JOIN depot ON courier.depot_id = depot.depot_id WHERE courier.vehicle = 'Scooter'	courier
SELECT AVG(parcel.weight_kg) FROM parcel JOIN sender ON parcel.sender_id = sender.sender_id WHERE sender.sender_name = 'Prime Tools'	courier
SELECT sender.sender_name FROM parcel JOIN sender ON parcel.sender_id = sender.sender_id ORDER BY parcel.sent_date DESC LIMIT 1	courier
SELECT courier.courier_name, MAX(parcel.weight_kg) FROM parcel JOIN courier ON parcel.courier_id = courier.courier_id GROUP BY courier.courier_name	courier
SELECT courier.courier_name FROM parcel JOIN courier ON parcel.courier_id = courier.courier_id GROUP BY courier.courier_name HAVING COUNT(*) >= 3	courier
SELECT tracking_code, postage FROM parcel WHERE sent_date < '2024-03-01'	courier
SELECT tracking_code FROM parcel WHERE sent_date BETWEEN '2024-04-01' AND '2024-06-01' AND postage < 33	courier
SELECT MAX(weight_kg) FROM parcel WHERE postage <= 14	courier
